// Code 128, set C: pairs of digits, as phones draw payment codes. ISO/IEC 15417 gives the widths of the bars and
// spaces of every symbol, in modules; a check symbol keeps a misread code from being another customer's.
const widths = (
  "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 " +
  "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 " +
  "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 " +
  "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 " +
  "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 " +
  "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 " +
  "114311 411113 411311 113141 114131 311141 411131"
).split(" ");
const startB = 104;
const startC = 105;
const codeB = 100;
const starts = { [startB]: "211214", [startC]: "211232" };
const stop = "2331112";
const quiet = 10; // modules of white at either end

// symbols of digits: in pairs, and an odd last one as a single character of set B.
function symbols(digits) {
  const list = digits.length < 2 ? [startB] : [startC];
  const pairs = digits.length - (digits.length % 2);
  for (let i = 0; i < pairs; i += 2) list.push(Number(digits.slice(i, i + 2)));
  if (pairs < digits.length) {
    if (pairs > 0) list.push(codeB);
    list.push(digits.charCodeAt(pairs) - 32);
  }
  const sum = list.reduce((sum, value, i) => sum + value * Math.max(i, 1), 0);
  return [...list, sum % 103];
}

// barcode draws digits as an SVG element; undefined where they are none.
export function barcode(digits) {
  if (!/^\d+$/.test(digits)) return undefined;
  const pattern = symbols(digits).map((s) => starts[s] ?? widths[s]).join("") + stop;
  let x = quiet;
  let path = "";
  [...pattern].forEach((w, i) => {
    if (i % 2 === 0) path += `M${x} 0h${w}v1h-${w}z`;
    x += Number(w);
  });
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${x + quiet} 1`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "barcode");
  svg.setAttribute("aria-hidden", "true");
  const bars = document.createElementNS(svg.namespaceURI, "path");
  bars.setAttribute("d", path);
  svg.append(bars);
  return svg;
}
