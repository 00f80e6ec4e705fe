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

window.SwaggerUIBundle({
  url: place.dataset.openapiUrl,
  domNode: place,
  deepLinking: true,
  // Forget the key when the page is left.
  persistAuthorization: false,
  validatorUrl: null,
});
