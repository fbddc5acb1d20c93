"""The programmes (救助项目), one folder each; they do not know one another."""
