// Swagger UI for the OpenAPI document that the page names, in the site's theme.

const root = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const place = document.getElementById("api-docs");

function followTheme() {
  const theme = root.dataset.theme;
  root.classList.toggle("dark-mode", theme ? theme === "dark" : systemIsDark.matches);
}

followTheme();
systemIsDark.addEventListener("change", followTheme);
new MutationObserver(followTheme).observe(root, { attributeFilter: ["data-theme"] });

/** Shows the text of a deep link as text: Swagger UI puts it into a button, where a link can't be. */
function plainDeepLinks() {
  const DeepLink = (_original, system) =>
    ({ text }) => system.React.createElement("span", { className: "nostyle" }, text);
  return { wrapComponents: { DeepLink } };
}

/** Lets the keyboard reach what scrolls: examples of bodies and answers. */
function makeScrollable() {
  for (const example of place.querySelectorAll("pre:not([tabindex])")) example.tabIndex = 0;
}

new MutationObserver(makeScrollable).observe(place, { childList: true, subtree: true });

window.SwaggerUIBundle({
  plugins: [plainDeepLinks],
  url: place.dataset.openapiUrl,
  domNode: place,
  deepLinking: true,
  // Forget the key when the page is left.
  persistAuthorization: false,
  validatorUrl: null,
});
