"""stub"""


def with_bounds(token, shape):
    return shape
