"""A torch model kept up to date: frozen, finetuned, retrained, replayed."""
