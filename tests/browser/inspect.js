// Looks at the page as it is laid out now and returns what is wrong with it: kind of fault -> descriptions.
(() => {
  const SLACK = 0.5;
  const faults = { overflow: [], covered: [], outside: [], cut: [], small: [], faint: [], layouts: [] };
  const named = (one) => `${one.tagName}.${one.getAttribute("class") ?? ""} "${one.textContent.trim().slice(0, 40)}"`;
  const visible = (one) => one.checkVisibility() && one.getBoundingClientRect().width > 0;

  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) {
    const wide = [...document.body.querySelectorAll("*")].filter(
      (one) => visible(one) && !one.closest(".scroll") && one.getBoundingClientRect().right > innerWidth + SLACK,
    );
    faults.overflow.push(`${page.scrollWidth} > ${innerWidth}`, ...wide.slice(0, 5).map(named));
  }

  for (const chart of document.querySelectorAll("svg.chart")) {
    if (!visible(chart)) continue;
    const frame = chart.getBoundingClientRect();
    const scale = frame.width / chart.viewBox.baseVal.width;
    const texts = [...chart.querySelectorAll("text")].filter((one) => one.textContent.trim());
    const boxes = texts.map((one) => one.getBoundingClientRect());
    texts.forEach((one, place) => {
      const box = boxes[place];
      const inside =
        box.left >= frame.left - SLACK && box.right <= frame.right + SLACK &&
        box.top >= frame.top - SLACK && box.bottom <= frame.bottom + SLACK;
      if (!inside) faults.outside.push(named(one));
      const size = parseFloat(getComputedStyle(one).fontSize) * scale;
      if (size < 9.5) faults.small.push(`${size.toFixed(1)} px: ${named(one)}`);
      for (let other = place + 1; other < texts.length; other++) {
        const width = Math.min(box.right, boxes[other].right) - Math.max(box.left, boxes[other].left);
        const height = Math.min(box.bottom, boxes[other].bottom) - Math.max(box.top, boxes[other].top);
        if (width > SLACK && height > SLACK) faults.covered.push(`${named(one)} and ${named(texts[other])}`);
      }
    });
  }

  for (const figure of document.querySelectorAll("figure")) {
    const charts = [...figure.querySelectorAll("svg.chart")];
    if (charts.length && charts.filter(visible).length !== 1) faults.layouts.push(named(figure));
  }

  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  for (const one of document.body.querySelectorAll("*")) {
    const own = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!own || !visible(one) || one.closest(".hidden, desc, title")) continue;
    const style = getComputedStyle(one);
    if (style.overflow === "hidden" && style.clipPath === "none" && one.scrollWidth > one.clientWidth) {
      faults.cut.push(named(one));
    }
    const drawn = one.closest("svg.chart");
    if (one.closest(".on-mark")) continue; // what is behind it is drawn; the style sheet's own test knows its colours
    const found = contrast(numbers(drawn ? style.fill : style.color).slice(0, 3), behind(drawn ?? one));
    if (found < 4.5) faults.faint.push(`${found.toFixed(2)}: ${named(one)}`);
  }
  return Object.fromEntries(Object.entries(faults).filter(([, found]) => found.length));
})();
