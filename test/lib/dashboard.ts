import * as z from 'zod';
import type { WatchedMetric } from './alarms.ts';
import { resourcesOf, type Template } from './template.ts';

const dashboardSchema = z.object({
  DashboardBody: z
    .object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) })
    // What is known at deployment only stands there as X.
    .transform((body) => body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'X')).join('')),
});

interface Widget {
  readonly y: number;
  readonly properties: Readonly<Record<string, unknown>> & { readonly metrics?: readonly unknown[][] };
}

/** The widgets of the stack's dashboard, in the order in which they are shown. */
export function dashboardWidgets(template: Template): readonly Widget[] {
  const [dashboard] = resourcesOf(template, 'AWS::CloudWatch::Dashboard', dashboardSchema);
  return dashboard ? JSON.parse(dashboard.properties.DashboardBody).widgets : [];
}

/** Every metric that is shown. In a dashboard's body each is a list: namespace, name, dimensions by name and value, options. */
export function dashboardMetrics(template: Template): WatchedMetric[] {
  const rows = dashboardWidgets(template).flatMap(({ properties }) => properties.metrics ?? []);
  return rows
    .map((row) => row.filter((part) => typeof part === 'string'))
    .filter(([namespace]) => namespace !== undefined)
    .map(([Namespace = '', MetricName = '', Name = '', Value, ...more]) => ({
      Namespace,
      MetricName,
      Dimensions: [{ Name, Value }, ...(more.length > 0 ? [{ Name: more.join(), Value: undefined }] : [])],
    }));
}
