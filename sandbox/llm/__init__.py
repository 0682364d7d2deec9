"""A local language model: it speaks the APIs of OpenAI and Gemini, and says what a script tells it to say."""
