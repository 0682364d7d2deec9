/* Runs before the first paint: the kept theme and language, so that nothing flashes. Nothing else belongs here. */
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem("omega.theme");
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
    root.lang = localStorage.getItem("omega.language") || root.lang;
  } catch {
    root.dataset.storage = "refused";
  }
})();
