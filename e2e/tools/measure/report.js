/** The figures as tables of Markdown. */

const ms = (value) => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const machine = (slower) => (slower === 1 ? "this one" : `${slower} times slower`);

export function report({ loads, typing, sending }) {
  return [
    table(
      ["typing in", "machine", "keys", "key to next paint, p50", "p95", "slowest", "main thread per key"],
      typing.map(({ chat, slower, keys, p50, p95, slowest, busyPerKey }) => [chat, machine(slower), keys, ms(p50), ms(p95), ms(slowest), ms(busyPerKey)]),
    ),
    table(
      ["sending in", "machine", "messages", "own message shown, p50", "slowest", "answer begun, p50", "slowest"],
      sending.map((sent) => [sent.chat, machine(sent.slower), sent.sends, ms(sent.own), ms(sent.slowestOwn), ms(sent.answer), ms(sent.slowestAnswer)]),
    ),
    table(
      ["opening a", "machine", "loads", "first paint", "largest paint", "slowest", "layout shift", "JavaScript until then", "with what comes when idle"],
      loads.map((load) => [
        load.chat,
        machine(load.slower),
        load.times,
        ms(load.firstPaint),
        ms(load.largestPaint),
        ms(load.slowestLargestPaint),
        load.shift.toFixed(3),
        kilobytes(load.firstScripts),
        kilobytes(load.allScripts),
      ]),
    ),
  ].join("\n\n");
}

function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
