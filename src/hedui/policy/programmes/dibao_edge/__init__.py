"""低保边缘 (household on the edge of Dibao): the programme folder."""
