"""公开页 (public face): what anybody may see."""
