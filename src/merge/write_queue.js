// At most eight writes under way at once, over all tabs of a site; what is refused with 503 is sent again when the server says.
globalThis.orderslipFetch = (() => {
  let next = Math.random() * 8 | 0, tails = [];
  const pause = seconds => new Promise(done => setTimeout(done, seconds * 1000 * (1 + Math.random())));
  const inSlot = (slot, send) => globalThis.navigator?.locks?.request("orderslip-" + slot, send)
    ?? (tails[slot] = Promise.resolve(tails[slot]).then(send, send));
  return (url, options) => inSlot(next++ % 8, async () => {
    for (let tries = 9; ; ) {
      const answer = await fetch(url, options);
      if (answer.status != 503 || !--tries) return answer;
      await pause(+answer.headers.get("retry-after") || 1);
    }
  });
})();
