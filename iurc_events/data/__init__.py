"""The demo programme that every installation can load: cities, themes, five real events and the schemas."""
