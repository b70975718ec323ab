// What OHIF is told beside its settings: the names of the labels, and how a save is allowed.
(() => {
  const items = window.config.renkei.labels.map((label) => ({ value: label, label }));
  window.config.customizationService = [
    { "ohif.tours": { $set: [] } },
    { measurementLabels: { $set: { labelOnMeasure: true, exclusive: true, items } } },
  ];
  window.config.extensions.push({
    id: "renkei.extension.saving",
    async preRegistration({ servicesManager }) {
      // A change by cookie carries the token of its sign-in.
      const me = await (await fetch("/api/v1/people/me")).json();
      servicesManager.services.userAuthenticationService.setServiceImplementation({
        getAuthorizationHeader: () => ({ "X-CSRF-Token": me.csrf_token ?? "" }),
      });
    },
  });
})();
