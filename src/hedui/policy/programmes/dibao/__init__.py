"""最低生活保障 (Dibao): the programme folder."""
