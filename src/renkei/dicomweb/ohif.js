// What OHIF is told beside its settings: the names of the labels, and how a save is allowed.
(() => {
  const { labels } = window.config.renkei;
  const items = labels.map((label) => ({ value: label, label }));
  window.config.customizationService = [
    { "ohif.tours": { $set: [] } },
    { measurementLabels: { $set: { labelOnMeasure: true, exclusive: true, items } } },
  ];
  window.config.extensions.push({
    id: "renkei.extension.saving",
    async preRegistration() {
      const me = await (await fetch("/api/v1/people/me")).json();
      sendToken(me.csrf_token ?? "");
    },
    onModeEnter({ servicesManager }) {
      const { segmentationService } = servicesManager.services;
      const { SEGMENTATION_ADDED } = segmentationService.EVENTS;
      segmentationService.subscribe(SEGMENTATION_ADDED, ({ segmentationId }) =>
        nameSegments(segmentationService, segmentationId),
      );
    },
  });

  // A change by cookie carries the token of its sign-in; OHIF has no setting for other headers.
  function sendToken(token) {
    const { open } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function opened(method, url, ...rest) {
      open.call(this, method, url, ...rest);
      const ours = new URL(url, location.href).origin === location.origin;
      if (ours && method.toUpperCase() === "POST")
        this.setRequestHeader("X-CSRF-Token", token);
    };
  }

  // What is drawn comes back by the name of its label: a new segmentation holds them all.
  function nameSegments(service, id) {
    const segments = Object.values(service.getSegmentation(id)?.segments ?? {});
    const known = segments.map((segment) => segment.label);
    const open = labels.filter((label) => !known.includes(label));
    for (const { segmentIndex, label } of segments)
      if (/^Segment \d+$/.test(label) && open.length > 0)
        service.setSegmentLabel(id, segmentIndex, open.shift());
    const next = Math.max(0, ...segments.map((segment) => segment.segmentIndex)) + 1;
    for (const [n, label] of open.entries())
      service.addSegment(id, { segmentIndex: next + n, label });
    service.setActiveSegment(id, 1);
  }
})();
