"""Muting: silences, maintenance windows, suppressors, and the incidents that they hold."""
