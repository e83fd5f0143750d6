"""From a body to events: decoded, limited, written down first when more comes than is decided."""
