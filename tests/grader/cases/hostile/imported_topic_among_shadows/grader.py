print("SHADOWED")
