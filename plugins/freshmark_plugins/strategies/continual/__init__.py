"""Against forgetting: replay of exemplars, distillation, penalties on weights."""
