"""What tests ask of figures: names that can be read."""


def names_of(axis):
    """Return the tick labels of an axis that are seen."""
    return [
        tick.label1
        for tick in axis.get_major_ticks()
        if tick.label1.get_visible() and tick.label1.get_text()
    ]


def overlapping(figure):
    """Return pairs of texts of tick labels, titles and axis labels that overlap, once the figure is laid out."""
    figure.draw_without_rendering()
    texts = []
    for ax in figure.axes:
        within = [ax.get_xlim(), ax.get_ylim()]
        for axis, limits in zip((ax.xaxis, ax.yaxis), within):
            shown = zip(names_of(axis), axis.get_majorticklocs())
            texts += [label for label, place in shown if min(limits) <= place <= max(limits)]
            texts += [axis.label] if axis.label.get_text() else []
        texts += [ax.title] if ax.title.get_text() else []
    boxes = [text.get_window_extent() for text in texts]
    return [
        (texts[i].get_text(), texts[k].get_text())
        for k, one in enumerate(boxes)
        for i, other in enumerate(boxes[:k])
        if one.overlaps(other)
    ]


def outside(figure):
    """Return tick labels and axis labels that the edge of the figure cuts."""
    figure.draw_without_rendering()
    texts = [text for ax in figure.axes for text in [ax.xaxis.label, ax.yaxis.label, ax.title]]
    texts += [
        text for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for text in names_of(axis)
    ]
    width, height = figure.bbox.width, figure.bbox.height
    boxes = {text.get_text(): text.get_window_extent() for text in texts if text.get_text().strip()}
    return [
        name
        for name, box in boxes.items()
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]


def legend_of(owner):
    """Return what a legend says."""
    return [text.get_text() for text in owner.get_texts()]
