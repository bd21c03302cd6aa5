"""Documents of classes whose words shift."""
