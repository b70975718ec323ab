"""The hospital's tool: find, de-identify, hold or send; keys and crosswalk never leave."""
