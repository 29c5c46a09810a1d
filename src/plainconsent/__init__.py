"""Consent forms for therapy that say what a state's law says, in plain words."""

__version__ = "0.1.0"
