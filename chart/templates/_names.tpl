{{- /* Names do not follow the release: there is one operator in a cluster, and agents, certificates and documentation name these. */ -}}
{{- define "stash.labels" -}}
app.kubernetes.io/name: stash
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "stash.operatorSelector" -}}
app.kubernetes.io/name: stash
app.kubernetes.io/component: stash-operator
{{- end }}

{{- define "stash.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest }}{{ $image.repository }}@{{ $image.digest }}
{{- else }}{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- /* What the operator is told about itself and about the pods it makes. */ -}}
{{- define "stash.settings" -}}
{{- dict
  "namespace" .Release.Namespace
  "image" (include "stash.image" .)
  "imagePullPolicy" .Values.image.pullPolicy
  "imagePullSecrets" .Values.image.pullSecrets
  "agentsUrl" (printf "https://stash-agents.%s.svc:8443" .Release.Namespace)
  "agentServiceAccount" "stash-agent"
  "agentResources" .Values.agents.resources
  "localBackend" .Values.localBackend
  "execHooks" .Values.hooks.exec.enabled
  "logLevel" .Values.operator.logLevel
  | toJson }}
{{- end }}
