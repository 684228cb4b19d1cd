// Clocks that go: <time data-module="live-clock" data-zone="Europe/Brussels" data-language="en">; data-date-id names
// the element with the day. They change without animation.
const clocks = [...document.querySelectorAll('[data-module="live-clock"]')];
const show = () => {
  const now = new Date();
  for (const clock of clocks) {
    const timeZone = clock.dataset.zone;
    clock.textContent = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(now);
    clock.setAttribute("datetime", now.toISOString());
    const day = clock.dataset.dateId && document.getElementById(clock.dataset.dateId);
    if (!day) continue;
    const isChinese = clock.dataset.language === "zh";
    const options = isChinese ? { month: "long", day: "numeric", weekday: "short" } : { weekday: "short", day: "numeric", month: "long" };
    day.textContent = new Intl.DateTimeFormat(isChinese ? "zh-CN" : "en-GB", { timeZone, ...options }).format(now).replace(",", "");
  }
};
if (clocks.length) {
  show();
  const next = () => {
    show();
    window.setTimeout(next, 60000 - (Date.now() % 60000) + 20);
  };
  window.setTimeout(next, 60000 - (Date.now() % 60000) + 20);
}
