"""The rules of the bench written once more, in OpenFisca and in SQL (make openfisca-figures).

`sample` runs in the environment of the project, `figures` in one that has OpenFisca-core; what they
share lies in a file. OpenFisca-core is under the AGPL: nothing of the project imports it.
"""
