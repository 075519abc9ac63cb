// What holds for every page: its language first, then what does not.
const faults = [];
const all = (css) => [...document.querySelectorAll(css)];
const is_seen = (element) => element.checkVisibility();
if (all('h1').length !== 1) faults.push('not one h1');
if (all('main').length !== 1) faults.push('not one main');
if (!document.title) faults.push('no title');
let level = 0;
for (const heading of all('h1, h2, h3')) {
    const next = Number(heading.localName[1]);
    if (next > level + 1) faults.push('a heading is skipped');
    level = next;
}
for (const image of all('img')) if (!image.hasAttribute('alt')) faults.push('an image without alt');
for (const frame of all('iframe')) if (!frame.title) faults.push('a frame without title');
for (const input of all('input')) if (!input.labels.length) faults.push('a field without label');
for (const control of all('a, button').filter(is_seen)) {
    if (!control.innerText.trim() && !control.ariaLabel) faults.push('a control without name');
    const { width, height } = control.getBoundingClientRect();
    if (control.matches('.button') && (height < 36 || width < 36)) faults.push('a button too small');
}
const ids = all('[id]').map((element) => element.id);
if (new Set(ids).size !== ids.length) faults.push('an id twice');
for (const element of all('[aria-labelledby]')) {
    if (!document.getElementById(element.getAttribute('aria-labelledby'))) faults.push('a label that is not there');
}
if (all('[style], style, script:not([src])').length) faults.push('inline code');
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) faults.push(`wider than the window: ${root.scrollWidth}`);
return [root.lang, ...faults];
