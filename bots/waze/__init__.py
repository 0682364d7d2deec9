"""The Discord core: the bot that every persona process runs; how it admits, answers and stays connected."""
