// Shows the contract of the server that the page came from.
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const rank = (operation) => METHODS.indexOf(operation.get('method'));

SwaggerUIBundle({
  url: '/openapi.json',
  domNode: document.getElementById('explorer'),
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  operationsSorter: (a, b) => a.get('path').localeCompare(b.get('path')) || rank(a) - rank(b),
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
