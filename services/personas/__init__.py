"""Who speaks and how: persona cards, voices, number formats, routing of questions."""
