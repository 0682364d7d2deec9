"""Lessons, glossary, quizzes and wisdom, and what a member has done of them."""
