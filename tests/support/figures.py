"""What tests ask of figures: names that can be read."""


def names_of(axis):
    """Return the tick labels of an axis that are seen."""
    low, high = sorted(axis.get_view_interval())
    return [
        tick.label1
        for tick in axis.get_major_ticks()
        if tick.label1.get_visible() and low <= tick.get_loc() <= high
    ]


def unreadable(figure):
    """Return tick labels, axis labels, titles and legends that overlap or that the edge cuts, once all is laid out."""
    figure.draw_without_rendering()
    texts = [text for ax in figure.axes for text in [ax.xaxis.label, ax.yaxis.label, ax.title]]
    texts += [
        text for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for text in names_of(axis)
    ]
    found = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text()]
    found += [("the legend", legend.get_window_extent()) for legend in figure.legends]
    width, height = figure.bbox.width, figure.bbox.height
    cut = [
        name
        for name, box in found
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]
    return cut + [
        (other, name)
        for k, (name, box) in enumerate(found)
        for other, another in found[:k]
        if box.overlaps(another)
    ]


def legend_of(owner):
    """Return what a legend says."""
    return [text.get_text() for text in owner.get_texts()]
