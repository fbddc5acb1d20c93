"""接口 (api face): what programs may ask."""
