"""Language models at their providers, behind `services.chat.ports.Model`. Prompts are made elsewhere.

An SDK is loaded only where a model of farm.yaml needs it; `opening` alone knows which.
"""
