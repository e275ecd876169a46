// Whose a step is: the lane it is drawn in, also inside an open sub-process, where bpmn-js itself forgets the lane.
import Modeling from "bpmn-js/lib/features/modeling/Modeling";
import UpdateFlowNodeRefsHandler from "bpmn-js/lib/features/modeling/cmd/UpdateFlowNodeRefsHandler";
import { collectLanes } from "bpmn-js/lib/features/modeling/util/LaneUtil";
import { isExpanded } from "bpmn-js/lib/util/DiUtil";
import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";

class OfficeRefs extends UpdateFlowNodeRefsHandler {
  _computeUpdates(flowNodeShapes, laneShapes) {
    const pools = laneShapes.map(poolOf).filter(Boolean);
    const shapes = new Set([...flowNodeShapes, ...pools].flatMap(withInside).filter((shape) => is(shape, "bpmn:FlowNode")));
    const updates = [...shapes].map((shape) => ({
      flowNode: shape.businessObject,
      remove: shape.businessObject.get("lanes").slice(),
      add: lanesOf(shape),
    }));
    for (const lane of laneShapes.filter((shape) => !shape.parent).map(getBusinessObject)) {
      for (const flowNode of lane.get("flowNodeRef").slice()) updates.push({ flowNode, remove: [lane], add: [] });
    }
    return updates;
  }
}

function poolOf(shape) {
  let one = shape;
  while (one && !is(one, "bpmn:Participant")) one = one.parent;
  return one;
}

const withInside = (shape) => [shape, ...(shape.children ?? []).filter((child) => !child.labelTarget).flatMap(withInside)];

// The lanes that hold the middle of a step; of an event on a step, those of the step. An open sub-process spans lanes
// and is in none: its steps are, and an event on its edge by the event's own place. What is drawn on a plane of its own keeps what it has.
function lanesOf(shape) {
  if (!shape.parent) return [];
  const pool = poolOf(shape);
  if (!pool) return shape.businessObject.get("lanes").slice();
  if (isFrame(shape)) return [];
  const { x, y, width, height } = shape.host && !isFrame(shape.host) ? shape.host : shape;
  const [across, down] = [x + width / 2, y + height / 2];
  const holds = (lane) => across > lane.x && across < lane.x + lane.width && down > lane.y && down < lane.y + lane.height;
  return collectLanes(pool).filter(holds).map(getBusinessObject);
}

const isFrame = (shape) => is(shape, "bpmn:SubProcess") && isExpanded(shape);

class OfficeModeling extends Modeling {
  getHandlers() {
    return { ...super.getHandlers(), "lane.updateRefs": OfficeRefs };
  }
}
OfficeModeling.$inject = Modeling.$inject;

export const offices = { modeling: ["type", OfficeModeling] };
