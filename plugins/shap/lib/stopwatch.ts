/** Says about how long something still takes, from how long its part has taken: nothing in the first second, and nothing about the last. */
export function stopwatch(
  clock: () => number = () => performance.now(),
): (done: number, total: number) => string | undefined {
  const start = clock();
  return (done, total) => {
    const taken = (clock() - start) / 1000;
    const left = (taken * (total - done)) / done;
    if (taken < 1 || !(left >= 1) || left === Infinity) return undefined;
    if (left < 90) return `about ${Math.ceil(left)} s left`;
    return left < 5400 ? `about ${Math.round(left / 60)} min left` : `about ${Math.round(left / 3600)} h left`;
  };
}
