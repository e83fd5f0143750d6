"""Texts for people and documents for programs: wording, JSON documents, similarity of words."""
