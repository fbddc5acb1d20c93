"""工作台 (workbench): the pages of officers."""
