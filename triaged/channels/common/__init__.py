"""Parts that several channel kinds share, such as header fields of mail."""
