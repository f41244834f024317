@_exported import RSMCABI
