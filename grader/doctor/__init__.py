"""What this machine offers: versions, devices, and which layers of confinement hold when they are tried."""
