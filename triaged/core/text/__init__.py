"""What people and programs read: wording of messages, JSON documents, similarity of words."""
