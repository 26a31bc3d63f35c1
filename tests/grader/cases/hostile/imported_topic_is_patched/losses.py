def l2_penalty(params, strength):
    return sum(p.sum() for p in params) * strength
