/**
 * Shows the values of a chart under the pointer, or of the focused chart by the arrow keys.
 * The values are the titles of the spots, which browsers show slowly, and not at all on touch screens.
 */
export const hoverScript = `
'use strict';
{
  const tip = document.body.appendChild(document.createElement('div'));
  tip.className = 'tip';
  tip.hidden = true;
  tip.setAttribute('role', 'status');
  const marks = document.createElementNS('http://www.w3.org/2000/svg', 'g');
  let shown;
  let pointer;
  const element = (name, attributes) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const line = (text, colour) => {
    const row = document.createElement('div');
    if (colour) {
      const swatch = row.appendChild(document.createElement('i'));
      swatch.style.background = colour;
    }
    row.append(text);
    return row;
  };
  const textOf = (spot) => {
    const title = spot.querySelector('title');
    if (title) {
      spot.dataset.text = title.textContent;
      title.remove();
    }
    return spot.dataset.text.split('\\n');
  };
  const hide = () => {
    tip.hidden = true;
    marks.remove();
    shown = undefined;
  };
  const place = (spot) => {
    const svg = spot.ownerSVGElement.getBoundingClientRect();
    const box = spot.getBoundingClientRect();
    const middle = box.left + box.width / 2;
    const left = middle + 14 + tip.offsetWidth < innerWidth ? middle + 14 : middle - 14 - tip.offsetWidth;
    tip.style.left = Math.max(4, left) + scrollX + 'px';
    tip.style.top = svg.top + scrollY + 8 + 'px';
  };
  const show = (spot) => {
    if (spot === shown) return;
    shown = spot;
    const svg = spot.ownerSVGElement;
    const colours = svg.dataset.colours.split(';');
    const ys = spot.dataset.ys.split(';');
    const [head, ...values] = textOf(spot);
    const present = colours.filter((_, at) => ys[at] !== '');
    tip.replaceChildren(line(head), ...values.map((text, at) => line(text, present[at])));
    const x = spot.dataset.x;
    const area = spot.getBBox();
    const dots = ys.flatMap((y, at) => (y === '' ? [] : [element('circle', { cx: x, cy: y, r: 3.5, fill: colours[at] })]));
    marks.replaceChildren(element('line', { x1: x, x2: x, y1: area.y, y2: area.y + area.height, class: 'cross' }), ...dots);
    svg.append(marks);
    tip.hidden = false;
    place(spot);
  };
  const look = () => {
    const spot = pointer && document.elementFromPoint(pointer.x, pointer.y)?.closest('.spot');
    if (spot) show(spot);
    else hide();
  };
  const follow = (event) => {
    pointer = { x: event.clientX, y: event.clientY };
    look();
  };
  document.addEventListener('pointermove', follow);
  document.addEventListener('pointerdown', follow);
  document.addEventListener('scroll', () => pointer && look(), { passive: true });
  document.addEventListener('focusout', hide);
  document.addEventListener('keydown', (event) => {
    const svg = event.target.closest?.('svg');
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === 'Escape') hide();
    if (!svg || !step) return;
    event.preventDefault();
    pointer = undefined;
    const spots = [...svg.querySelectorAll('.spot')];
    const now = spots.indexOf(shown);
    show(spots[now < 0 ? (step > 0 ? 0 : spots.length - 1) : Math.min(spots.length - 1, Math.max(0, now + step))]);
  });
  globalThis.lookAgain = look;
}
`

/** Renews the content of the page until the run has ended. */
export const liveScript = `
{
  const main = document.querySelector('main');
  const ended = (text) => {
    const notice = document.createElement('p');
    notice.className = 'notice';
    notice.textContent = text;
    main.prepend(notice);
  };
  const renew = async () => {
    try {
      const response = await fetch('content');
      if (!response.ok) throw new Error(response.statusText);
      main.innerHTML = await response.text();
      lookAgain();
      if (main.querySelector('.live')) setTimeout(renew, 1000);
    } catch {
      ended('The load tester has ended; its last report is the file that it named.');
    }
  };
  setTimeout(renew, 1000);
}
`
