from stripe_assets.sandbox.errors import unknown_url


def write(world, call, route):
    raise unknown_url(call.method, call.path)
