"""The common chapters of the law (规则各章): income and property, used by several programmes."""
