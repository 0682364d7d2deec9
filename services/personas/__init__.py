"""Who speaks and how: persona cards, voices, characters from elsewhere, routing of questions."""
