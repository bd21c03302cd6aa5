"""When updates are due and when they go live: schedules, calendars, detectors, the agenda of a cell.

Imports the timeline and the ground of `replay`.
"""
