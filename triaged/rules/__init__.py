"""What operators write in rules/*.yaml: read, compiled, asked once per episode."""
