import {
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  type IWidget,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';

/** A dashboard is 24 columns wide. */
export const WHOLE_WIDTH = 24;
const NUMBERS_IN_A_ROW = 6;
const GRAPHS_IN_A_ROW = 3;

export function number(title: string, metrics: IMetric[]): IWidget {
  return new SingleValueWidget({
    title,
    metrics,
    width: WHOLE_WIDTH / NUMBERS_IN_A_ROW,
    height: 4,
    sparkline: true,
  });
}

export function graph(title: string, left: IMetric[], options: GraphWidgetProps = {}): IWidget {
  return new GraphWidget({
    title,
    left,
    width: WHOLE_WIDTH / GRAPHS_IN_A_ROW,
    height: 6,
    leftYAxis: { min: 0 },
    ...options,
  });
}
