"""Reads: functions that return models, rows or counts and never commit.

A function that takes an ``actor`` finds only what that person may see and raises NotFoundError for all else.
"""
