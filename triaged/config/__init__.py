"""What operators write in config.yaml: read, checked, made into what the daemon works with."""
