"""The report: page, figures, sections."""
